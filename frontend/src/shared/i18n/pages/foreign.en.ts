import type { Words } from '../words'
import type { foreign as vi } from './foreign.vi'

export const foreign: Words<typeof vi> = {
  title: 'Foreign flow',
}
