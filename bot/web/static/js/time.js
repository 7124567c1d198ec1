/** Times as a Chinese reader writes them. */

const two = (n) => String(n).padStart(2, '0');
const day = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

export function formatWhen(date, now = new Date()) {
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
  const days = Math.round((day(now) - day(date)) / 86_400_000);
  if (days === 0) return clock;
  if (days === 1) return `昨天 ${clock}`;
  const year = date.getFullYear() === now.getFullYear() ? '' : `${date.getFullYear()}年`;
  return `${year}${date.getMonth() + 1}月${date.getDate()}日 ${clock}`;
}
