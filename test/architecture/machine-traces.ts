import { lineAt, type Source, type Violation } from './source.ts'

// The patterns are written so that this file does not match itself.
const traces: readonly RegExp[] = [
  /(?<![\w$}.)-])\/(?:work|home|root|Users)\/\w/g, // folders of one machine
  /\/tmp\/w\b/g,
  /\b(?:this|that|previous|earlier|next|another|other|coding) session\b/gi, // how the code came to be
  /\bco-authored[-]by\b/gi,
]

/** Words that are true only on the machine, or on the day, on which something was written. */
export function machineTraces(sources: readonly Source[]): readonly Violation[] {
  return sources.flatMap(({ path, text }) =>
    traces
      .flatMap((trace) => [...text.matchAll(trace)])
      .map((match) => `${path}:${lineAt(text, match.index)} says "${match[0]}", which is true on one machine only`),
  )
}
