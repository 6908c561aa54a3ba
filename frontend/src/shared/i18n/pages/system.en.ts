import type { Words } from '../words'
import type { system as vi } from './system.vi'

export const system: Words<typeof vi> = {
  title: 'System',
}
