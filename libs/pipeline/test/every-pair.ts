/** Every pair of a state and an event, by their names. */
export function everyPair(states: object, events: object): readonly string[] {
  return Object.keys(states).flatMap((state) => Object.keys(events).map((event) => `${state} + ${event}`))
}
