import { partsOf } from './rich-text'

/** A sentence with its one strong part; `tone` is the class of that part. */
export function RichText({ text, tone }: { text: string; tone: string }) {
  return partsOf(text).map((part, i) =>
    part.isStrong ? (
      <b key={i} className={tone || undefined}>
        {part.text}
      </b>
    ) : (
      <span key={i}>{part.text}</span>
    ),
  )
}
