/** JSON Merge Patch (RFC 7396). What a patch leaves as it was keeps its identity, so unchanged rows need no look. */

type JsonObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Objects merge field by field, null deletes, everything else (lists too) replaces. Neither argument is changed. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const base: JsonObject = isObject(target) ? target : {}
  let merged: Record<string, unknown> | null = null
  for (const key of Object.keys(patch)) {
    const before = Object.hasOwn(base, key) ? base[key] : undefined
    if (patch[key] === null) {
      if (before === undefined) continue
      merged ??= { ...base }
      delete merged[key]
      continue
    }
    const after = mergePatch(before, patch[key])
    if (after === before) continue
    merged ??= { ...base }
    merged[key] = after
  }
  return merged ?? base
}
