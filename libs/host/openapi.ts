import { Problem, type Route } from '@narwhal/protocol'
import type { TSchema } from 'typebox'

/** The OpenAPI 3.1 document of some routes. TypeBox schemas are JSON Schema, so they go in as they are. */
export function openapiOf(title: string, routes: readonly Route[]): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
  const securitySchemes = { token: { type: 'http', scheme: 'bearer' } }
  return { openapi: '3.1.0', info: { title, version: '1' }, paths, components: { securitySchemes } }
}

function operationOf(route: Route): Record<string, unknown> {
  const status = String(route.status ?? (route.reply === undefined ? 204 : 200))
  const good = route.reply === undefined ? { description: 'done' } : { description: 'done', content: json(route.reply) }
  return {
    summary: route.summary,
    parameters: [...parametersOf('path', route.params), ...parametersOf('query', route.query)],
    ...(route.body === undefined ? {} : { requestBody: { required: true, content: json(route.body) } }),
    responses: {
      [status]: good,
      default: { description: 'a problem (RFC 9457)', content: json(Problem, 'application/problem+json') },
    },
    security: route.auth === 'none' ? [] : [{ token: [] }],
  }
}

function json(schema: TSchema, type = 'application/json'): Record<string, unknown> {
  return { [type]: { schema } }
}

function parametersOf(place: 'path' | 'query', schema: TSchema | undefined): Record<string, unknown>[] {
  const properties = schema !== undefined && 'properties' in schema ? Object.entries(schema.properties ?? {}) : []
  const required = schema !== undefined && 'required' in schema && Array.isArray(schema.required) ? schema.required : []
  return properties.map(([name, of]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: of,
  }))
}
