import type { Words } from '../words'
import type { volume as vi } from './volume.vi'

export const volume: Words<typeof vi> = {
  title: 'Volume analysis',
}
