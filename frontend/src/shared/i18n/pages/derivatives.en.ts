import type { Words } from '../words'
import type { derivatives as vi } from './derivatives.vi'

export const derivatives: Words<typeof vi> = {
  title: 'Derivatives',
}
