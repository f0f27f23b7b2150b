import { encodeQR } from 'qr';

/** 15 % of the code may be worn or covered: it is read from paper and from scratched telephones. */
const ERROR_CORRECTION = 'medium';
/** ISO/IEC 18004: four modules of nothing around it. */
const QUIET_ZONE = 4;

/** The code as inline SVG that scales to whatever holds it, black on white also on a dark screen. Holds no style and no script. */
export function qrSvg(content: string, label: string): string {
  const rows = encodeQR(content, 'raw', { ecc: ERROR_CORRECTION, border: QUIET_ZONE });
  const path = rows.map((row, y) => dark(row, y)).join('');
  const size = rows.length;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" role="img" aria-label="${label}" ` +
    `shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path fill="#000" d="${path}"/></svg>`
  );
}

/** The dark runs of a row, each a rectangle. */
function dark(row: readonly boolean[], y: number): string {
  let path = '';
  for (let x = 0; x < row.length; x += 1) {
    if (row[x] !== true) continue;
    const from = x;
    while (row[x + 1] === true) x += 1;
    const width = x + 1 - from;
    path += `M${from} ${y}h${width}v1h-${width}z`;
  }
  return path;
}
