export const replay = {
  label: 'Điều khiển phát lại', play: 'Phát tiếp', pause: 'Tạm dừng', again: 'Phát lại từ đầu', speed: 'Tốc độ phát', max: 'Nhanh nhất',
  place: 'Vị trí trong phiên', placeText: '{{time}}, {{phase}}', skipLunch: 'Bỏ giờ nghỉ', seeking: 'Đang tua', ended: 'Hết bản ghi',
  refused: 'Chỉ người vận hành máy chủ được điều khiển', failed: 'Máy phát lại không trả lời', gap: 'Không ghi được từ {{from}} đến {{to}}',
}
