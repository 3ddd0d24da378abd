import type { ProblemEntry } from './entry.ts'

/** Answers that any service can give to a request. */
export const httpProblems = {
  INTERNAL: {
    status: 500,
    title: 'Narwhal made a mistake',
    fix: 'Look for the request id in the log of the service and report it.',
  },
  BAD_REQUEST: { status: 400, title: 'The request does not fit its schema', fix: 'Compare it with /openapi.json.' },
  BAD_JSON: {
    status: 400,
    title: 'The body is not JSON',
    fix: 'Send a JSON document with `content-type: application/json`.',
  },
  UNAUTHORIZED: {
    status: 401,
    title: 'The token is missing or wrong',
    fix: 'Send `authorization: Bearer TOKEN`; the API token is NARWHAL_API_TOKEN, or the file secrets/api-token in the data directory. Runners need the NARWHAL_RUNNER_TOKEN of the dispatcher.',
  },
  NOT_FOUND: {
    status: 404,
    title: 'There is no such thing here',
    fix: 'Check the address; /openapi.json lists every route.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    title: 'The body is larger than this route takes',
    fix: 'Send less: 1 MiB for the API, 25 MB for a webhook.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    title: 'This route does not read that content type',
    fix: 'Send application/json.',
  },
  RANGE_NOT_SATISFIABLE: {
    status: 416,
    title: 'The range lies outside of the log',
    fix: 'Ask for a range that begins before the end; the answer names the length.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    title: 'This Idempotency-Key was used for another request',
    fix: 'Use a new key for each different request.',
  },
  NOT_READY: {
    status: 503,
    title: 'The service cannot take more now',
    fix: 'Try again in a while; /readyz says what is missing.',
  },
  UNREACHABLE: {
    status: 502,
    title: 'Another service does not answer',
    fix: 'Check that it runs and that its URL is right.',
  },
} as const satisfies Record<string, ProblemEntry>
