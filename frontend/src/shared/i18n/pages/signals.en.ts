import type { Words } from '../words'
import type { signals as vi } from './signals.vi'

export const signals: Words<typeof vi> = {
  title: 'Signals',
}
