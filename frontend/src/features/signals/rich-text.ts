/** Sentences of the dictionary may put one part between <b> and </b>; nothing else of them is markup. */

export interface Part {
  readonly text: string
  readonly isStrong: boolean
}

export const partsOf = (sentence: string): readonly Part[] =>
  sentence
    .split(/<b>|<\/b>/)
    .map((text, i) => ({ text, isStrong: i % 2 === 1 }))
    .filter((part) => part.text)

export const plainText = (sentence: string): string => sentence.replace(/<\/?b>/g, '')
