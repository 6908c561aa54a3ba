import type { Words } from '../words'
import type { drawer as vi } from './drawer.vi'

export const drawer: Words<typeof vi> = {
  title: 'Symbol details',
}
