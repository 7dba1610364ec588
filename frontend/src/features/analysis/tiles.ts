import { numberOf, type Row } from "./queries";
import type { ChartColours } from "./use-chart";

/** Where each province stands: column, row, and two letters for readers of English (ISO 3166-2). A grid of equal tiles, not a map. */
export const TILES: Record<string, [number, number, string]> = {
  heilongjiang: [8, 0, "HL"],
  neimenggu: [5, 1, "NM"],
  jilin: [8, 1, "JL"],
  xinjiang: [0, 2, "XJ"],
  gansu: [2, 2, "GS"],
  ningxia: [3, 2, "NX"],
  shanxi: [4, 2, "SX"],
  hebei: [5, 2, "HE"],
  beijing: [6, 2, "BJ"],
  tianjin: [7, 2, "TJ"],
  liaoning: [8, 2, "LN"],
  qinghai: [1, 3, "QH"],
  shaanxi: [3, 3, "SN"],
  henan: [4, 3, "HA"],
  shandong: [6, 3, "SD"],
  xizang: [0, 4, "XZ"],
  sichuan: [2, 4, "SC"],
  chongqing: [3, 4, "CQ"],
  hubei: [4, 4, "HB"],
  anhui: [5, 4, "AH"],
  jiangsu: [6, 4, "JS"],
  shanghai: [7, 4, "SH"],
  yunnan: [2, 5, "YN"],
  guizhou: [3, 5, "GZ"],
  hunan: [4, 5, "HN"],
  jiangxi: [5, 5, "JX"],
  zhejiang: [6, 5, "ZJ"],
  guangxi: [4, 6, "GX"],
  guangdong: [5, 6, "GD"],
  fujian: [6, 6, "FJ"],
  taiwan: [7, 6, "TW"],
  hainan: [4, 7, "HI"],
  aomen: [5, 7, "MO"],
  xianggang: [6, 7, "HK"],
};
export const COLUMNS = 9;
export const LINES = 8;
/** How much of the accent a tile has, by its share of the largest; from the fourth on it carries light text. */
export const SHADES = [0, 0.12, 0.24, 0.36, 0.85, 1];
export const STRONG = 4;

export function shade(value: number, most: number): number {
  if (value <= 0 || most <= 0) return 0;
  const share = value / most;
  return share > 0.75 ? 5 : share > 0.5 ? 4 : share > 0.25 ? 3 : share > 0.08 ? 2 : 1;
}

export function shortName(row: Row, english: boolean): string {
  return english ? (TILES[row.key]?.[2] ?? row.label) : row.label.slice(0, 3);
}

const [WIDE, HIGH, GAP] = [76, 52, 4];

/** The same grid as SVG text, for a picture. */
export function tilesSvg(
  rows: Row[],
  column: string,
  said: (row: Row) => string,
  english: boolean,
  colours: ChartColours,
): { svg: string; width: number; height: number } {
  const most = Math.max(0, ...rows.filter((row) => TILES[row.key]).map((row) => numberOf(row, column)));
  const parts = rows.map((row) => {
    const place = TILES[row.key];
    if (!place) return "";
    const level = shade(numberOf(row, column), most);
    const [x, y] = [place[0] * (WIDE + GAP), place[1] * (HIGH + GAP)];
    const ink = level >= STRONG ? colours["on-accent"] : colours.text;
    const box = `x="${x}" y="${y}" width="${WIDE}" height="${HIGH}" rx="4"`;
    const middle = `x="${x + WIDE / 2}" text-anchor="middle" fill="${ink}"`;
    return `<rect ${box} fill="${colours.sunken}"/><rect ${box} fill="${colours.accent}" fill-opacity="${SHADES[level]}"/>
<text ${middle} y="${y + 22}" font-size="13">${shortName(row, english)}</text>
<text ${middle} y="${y + 40}" font-size="12">${said(row)}</text>`;
  });
  const [width, height] = [COLUMNS * (WIDE + GAP), LINES * (HIGH + GAP)];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${parts.join("")}</svg>`;
  return { svg, width, height };
}
