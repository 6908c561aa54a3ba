/** Means of the last `span` values, null until there are as many. */
export function movingAverage(values: readonly number[], span: number): readonly (number | null)[] {
  let sum = 0
  return values.map((value, i) => {
    sum += value - (i >= span ? (values[i - span] ?? 0) : 0)
    return i >= span - 1 ? sum / span : null
  })
}
