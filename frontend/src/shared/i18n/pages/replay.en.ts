import type { Words } from '../words'
import type { replay as vi } from './replay.vi'

export const replay: Words<typeof vi> = {
  label: 'Replay controls', play: 'Play', pause: 'Pause', again: 'Play from the beginning', speed: 'Replay speed', max: 'Fastest',
  place: 'Place in the session', placeText: '{{time}}, {{phase}}', skipLunch: 'Skip breaks', seeking: 'Seeking', ended: 'End of recording',
  refused: 'Only an operator of the server may control it', failed: 'The replay server does not answer', gap: 'Not recorded from {{from}} to {{to}}',
}
