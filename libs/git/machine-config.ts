/** What git needs of the machine; nothing else of our environment reaches it. */
const passed = [
  'PATH',
  'LD_LIBRARY_PATH',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
  'http_proxy',
  'https_proxy',
  'HTTPS_PROXY',
  'no_proxy',
  'NO_PROXY',
]

/** The variables of the machine that git needs to be found and to reach the network; with ssh also the ssh agent. */
export function machineEnvironment(protocol: string | undefined): Readonly<Record<string, string>> {
  const names = protocol === 'ssh' ? [...passed, 'SSH_AUTH_SOCK'] : passed
  const passedOn = Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
  const authorities = process.env['NARWHAL_CA_FILE']
  return authorities === undefined ? passedOn : { GIT_SSL_CAINFO: authorities, ...passedOn }
}
