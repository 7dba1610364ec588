/** A drawing with its title, what it is of, who saved it and when, as a PNG: drawn on a canvas from SVG, nothing fetched. */
export type Picture = {
  title: string;
  about: string;
  foot: string;
  svg: string;
  width: number;
  height: number;
  colours: { text: string; "text-3": string; surface: string };
};

const EDGE = 24;
const HEAD = 68;
const FOOT = 44;
const SHARP = 2;

export function framed({ title, about, foot, svg, width, height, colours }: Picture): string {
  const [whole, high] = [width + 2 * EDGE, height + HEAD + FOOT];
  const font = getComputedStyle(document.body).fontFamily.replaceAll('"', "'");
  const inside = svg.slice(svg.indexOf("<svg ")).replace("<svg ", `<svg x="${EDGE}" y="${HEAD}" `);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${whole}" height="${high}" viewBox="0 0 ${whole} ${high}" font-family="${font}">
<rect width="100%" height="100%" fill="${colours.surface}"/>
<text x="${EDGE}" y="34" font-size="17" font-weight="600" fill="${colours.text}">${escaped(title)}</text>
<text x="${EDGE}" y="55" font-size="12.5" fill="${colours["text-3"]}">${escaped(about)}</text>
${inside}
<text x="${EDGE}" y="${high - 16}" font-size="11.5" fill="${colours["text-3"]}">${escaped(foot)}</text>
</svg>`;
}

export async function savePicture(name: string, picture: Picture): Promise<void> {
  const source = URL.createObjectURL(new Blob([framed(picture)], { type: "image/svg+xml;charset=utf-8" }));
  try {
    const image = new Image();
    image.src = source;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.width * SHARP;
    canvas.height = image.height * SHARP;
    const pen = canvas.getContext("2d");
    if (!pen) throw new Error("no canvas");
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    const file = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
    if (!file) throw new Error("no picture");
    save(name, file);
  } finally {
    URL.revokeObjectURL(source);
  }
}

function save(name: string, file: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
