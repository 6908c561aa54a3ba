/** Texts of the user's own lists. */
export const watchlist = {
  title: 'Danh mục theo dõi', tab: 'Theo dõi', firstName: 'Theo dõi', manage: 'Sửa danh mục', close: 'Đóng', list: 'Danh mục',
  watch: 'Theo dõi {{symbol}}', watched: 'Bỏ theo dõi {{symbol}}', choose: 'Danh mục có {{symbol}}',
  newName: 'Tên danh mục mới', add: 'Thêm', none: 'Chưa có danh mục nào. Đặt tên cho danh mục đầu tiên, hoặc bấm ngôi sao ở chi tiết một mã.', full: 'Tối đa {{max}} danh mục.',
  name: 'Tên danh mục', show: 'Xem', share: 'Chép liên kết {{name}}', remove: 'Xóa {{name}}', sure: 'Xóa {{name}}?', yes: 'Xóa', no: 'Giữ lại', copied: 'Đã chép liên kết.',
  symbolsOf: 'Các mã của {{name}}', symbolsHint: 'VCB FPT HPG…', shared: 'Được chia sẻ', save: 'Lưu danh mục này',
  empty: 'Danh mục chưa có mã nào', emptyNote: 'Thêm mã trong «Sửa danh mục», hoặc bấm ngôi sao ở chi tiết một mã.',
  untracked: 'Không theo dõi ở máy chủ này: {{symbols}}',
}
