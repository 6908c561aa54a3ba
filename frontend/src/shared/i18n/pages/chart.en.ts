import type { Words } from '../words'
import type { chart as vi } from './chart.vi'

export const chart: Words<typeof vi> = {
  title: 'Chart',
}
