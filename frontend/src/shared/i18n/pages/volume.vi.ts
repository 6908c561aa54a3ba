/** Texts of the volume page. */
export const volume = {
  title: 'KL chủ động',
}
