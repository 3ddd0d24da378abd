import { problem } from '@narwhal/protocol'

/** Where in an object store blobs stand. */
export interface S3Place {
  readonly bucket: string
  /** What every key of ours begins with there: nothing, or a path with a slash at its end. */
  readonly prefix: string
  /** The URL of the object store; that of AWS when absent. */
  readonly endpoint: string | undefined
  readonly region: string
  /** The bucket in the path, `https://store/bucket/key`; otherwise in the name, `https://bucket.store/key`. */
  readonly pathStyle: boolean
}

const known = ['endpoint', 'region', 'path-style']

/**
 * Reads `s3://BUCKET/PREFIX?region=REGION&endpoint=URL&path-style=true`. All but the bucket may be left out: the region
 * is `us-east-1` then, the endpoint that of AWS, and the style of the path that which the endpoint most likely takes.
 *
 * @throws BLOB_URL_INVALID
 */
export function parseS3Url(text: string): S3Place {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?#]*))?(?:\?([^#]*))?$/.exec(text)
  if (match === null) throw invalid('no bucket can be read from it')
  const [, bucket = '', path = '', query] = match
  const options = new URLSearchParams(query)
  const odd = [...options.keys()].find((name, place, all) => !known.includes(name) || all.indexOf(name) !== place)
  if (odd !== undefined) throw invalid(`it may have ${known.join(', ')} once each, not ${odd}`)
  if (!/^[\w./-]*$/.test(path)) throw invalid('its path may have letters, digits and _ . - /')
  const endpoint = options.get('endpoint') ?? undefined
  if (endpoint !== undefined) checkEndpoint(endpoint)
  const style = options.get('path-style') ?? String(endpoint !== undefined)
  if (style !== 'true' && style !== 'false') throw invalid('path-style is true or false')
  const folder = path.replace(/^\/+|\/+$/g, '')
  return {
    bucket,
    prefix: folder === '' ? '' : `${folder}/`,
    endpoint,
    region: options.get('region') || 'us-east-1',
    pathStyle: style === 'true',
  }
}

/** Keys in a URL would stand in every listing of the environment. */
function checkEndpoint(endpoint: string): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw invalid('its endpoint is no http or https URL')
  if (url.username !== '' || url.password !== '') throw invalid('its endpoint may hold no keys')
}

/** Does not repeat the URL, in case somebody wrote keys into it. */
function invalid(why: string) {
  return problem('BLOB_URL_INVALID', `The s3: URL is not one of blobs: ${why}.`)
}
