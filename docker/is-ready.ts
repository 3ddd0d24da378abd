// The health check of docker-compose.yml: exit code 0 when /readyz says that the service is ready, else why it is not.

const answer = await fetch(`http://127.0.0.1:${process.env['NARWHAL_PORT']}/readyz`).catch(() => undefined)
console.log((await answer?.text()) ?? 'Nobody answers yet.')
process.exitCode = answer?.ok === true ? 0 : 1
