import { quoted } from '../quoted.ts'
import type { ImageBuild, JobDefinition, SidecarDefinition, StepDefinition, StepWork } from '../pipeline.ts'
import type { Filled } from './fill-template.ts'

/** The parts of a job, or of its template, that hold templates which a runner fills. */
export type FillableJob = Pick<JobDefinition, 'image' | 'env' | 'steps' | 'sidecars' | 'cache'>

/**
 * The same job with every template filled by `fill`; or the first text that could not be, in a sentence.
 *
 * @param options.isLast what is filled now is to be used as it is, also where a value has `${{`.
 */
export function fillTexts<T extends FillableJob>(
  job: T,
  fill: (text: string) => Filled,
  { isLast = false }: { readonly isLast?: boolean } = {},
): { readonly job: T } | { readonly fault: string } {
  const filler = new TextFiller(fill, isLast)
  const filled = {
    ...job,
    ...(job.image === undefined ? {} : { image: filler.word(job.image, 'The image') }),
    env: filler.env(job.env),
    steps: job.steps.map((step) => filler.step(step)),
    sidecars: job.sidecars.map((sidecar) => filler.sidecar(sidecar)),
    cache: job.cache.map((cache) =>
      typeof cache.key === 'string' ? { ...cache, key: filler.text(cache.key, 'The key of a cache') } : cache,
    ),
  }
  return filler.fault === undefined ? { job: filled } : { fault: filler.fault }
}

/** Line breaks, what moves a terminal's cursor, and what turns the direction of writing. */
export const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

class TextFiller {
  fault: string | undefined
  readonly #fill: (text: string) => Filled
  readonly #isLast: boolean

  constructor(fill: (text: string) => Filled, isLast: boolean) {
    this.#fill = fill
    this.#isLast = isLast
  }

  text(template: string, what: string): string {
    if (!template.includes('${{')) return template
    const filled = this.#fill(template)
    if ('text' in filled) return filled.text
    this.fault ??= `${what}: ${filled.fault}`
    return ''
  }

  /** One word that is not empty. What is not filled to the end yet is not looked at. */
  word(template: string, what: string): string {
    const text = this.text(template, what)
    if (this.#isDone(template, text) && (text === '' || /\s/.test(text) || unprintable.test(text))) {
      this.fault ??= `${what} would be ${quoted(text)}, which is not one word.`
    }
    return text
  }

  env(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    return Object.fromEntries(Object.entries(env).map(([name, text]) => [name, this.text(text, name)]))
  }

  step(step: StepDefinition): StepDefinition {
    return {
      ...step,
      name: this.#line(step.name),
      work: this.#work(step.work),
      ...(step.image === undefined ? {} : { image: this.word(step.image, 'The image of a step') }),
      env: this.env(step.env),
    }
  }

  sidecar(sidecar: SidecarDefinition): SidecarDefinition {
    return { ...sidecar, image: this.word(sidecar.image, `The image of ${sidecar.host}`), env: this.env(sidecar.env) }
  }

  /** A name is for people: it is cut rather than refused. */
  #line(template: string): string {
    const text = this.text(template, 'The name of a step')
    return this.#isDone(template, text) ? lineOf(text) || 'step' : text
  }

  #work(work: StepWork): StepWork {
    return 'run' in work ? work : { uses: 'image', with: this.#imageBuild(work.with) }
  }

  #imageBuild(inputs: ImageBuild): ImageBuild {
    return {
      ...inputs,
      context: this.#path(inputs.context, 'The context'),
      file: this.#path(inputs.file, 'The Dockerfile'),
      args: this.env(inputs.args),
      tags: inputs.tags.map((tag) => this.word(tag, 'A tag')),
    }
  }

  #path(template: string, what: string): string {
    const text = this.text(template, what)
    const isInside = !text.startsWith('/') && !text.split('/').includes('..') && !unprintable.test(text)
    if (this.#isDone(template, text) && !isInside) {
      this.fault ??= `${what} would be ${quoted(text)}, which is not below the workspace.`
    }
    return text
  }

  /** Whether something was filled, and nothing is left to fill. */
  #isDone(template: string, text: string): boolean {
    return template.includes('${{') && (this.#isLast || !text.includes('${{'))
  }
}

/** A text as one line of at most 200 characters. */
export function lineOf(text: string): string {
  const line = text.slice(0, 2_000).replace(new RegExp(unprintable, 'gu'), ' ').trim()
  return Array.from(line).slice(0, 200).join('').slice(0, 200).trimEnd().toWellFormed()
}
