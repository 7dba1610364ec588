import { useQuery } from "@tanstack/react-query";
import { Download, EyeOff, Image, Sheet } from "lucide-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useMe } from "@/access/me";
import { ApiError, api } from "@/api/client";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { localTime } from "@/kit/date-time";
import { PopoverMenu } from "@/kit/popover-menu";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import styles from "./analysis.module.css";
import { useAsked } from "./asked";
import { FiguresTable } from "./figures-table";
import { savePicture } from "./picture";
import { type Also, exportPart, type PartKey, partQuery, type Table } from "./queries";
import { type ChartColours, readColours } from "./use-chart";

const ExportPurpose = lazy(async () => ({
  default: (await import("@/objects/list/export-purpose")).ExportPurpose,
}));

/** `what`: the measure drawn, where there is a choice of them. */
export type Drawing = { svg: string; width: number; height: number; what?: string | undefined };

type PartCardProps = {
  part: PartKey;
  also?: Also;
  controls?: (table: Table) => ReactNode;
  /** What is shown; beside it stands, or instead of it can be shown, the table. */
  children?: (table: Table) => ReactNode;
  beside?: "narrow" | "half";
  sortable?: boolean;
  onSort?: (column: string) => void;
  /** The chart as SVG, for a picture. */
  draw: (table: Table, colours: ChartColours) => Drawing;
  isEmpty?: (table: Table) => boolean;
};

/** A part of the analysis in its frame: title, choices, chart, table, picture and file. */
export function PartCard(props: PartCardProps) {
  const { part, also = {}, controls, children, beside, sortable, onSort, draw, isEmpty } = props;
  const t = useT("analysis");
  const { asked, exports } = useAsked();
  const query = useQuery(partQuery(part, asked, also));
  const [asTable, setAsTable] = useState(false);
  const table = query.data;
  const empty = table ? !table.withheld && (table.rows.length === 0 || isEmpty?.(table)) : false;
  const shown = table && !table.withheld && !empty;
  const title = t(`${part}.title`);
  return (
    <Card
      title={title}
      flush
      extra={
        <>
          {shown && children && !beside ? (
            <button
              type="button"
              className={styles.switch}
              aria-pressed={asTable}
              onClick={() => setAsTable(!asTable)}
            >
              {asTable ? t("asChart") : t("asTable")}
            </button>
          ) : null}
          {shown ? (
            <SaveMenu
              part={part}
              also={also}
              may={exports.includes(part)}
              drawing={(colours) => draw(table, colours)}
            />
          ) : null}
        </>
      }
    >
      {table && controls && !table.withheld ? <div className={styles.controls}>{controls(table)}</div> : null}
      {query.isPending ? <SkeletonRows rows={5} /> : null}
      {query.isError ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : null}
      {table?.withheld ? (
        <EmptyState icon={EyeOff} title={table.withheld} text={t("withheldText")} compact />
      ) : null}
      {empty ? <EmptyState title={t("empty")} text={t(`${part}.empty`)} icon={Sheet} compact /> : null}
      {shown ? (
        <div
          className={beside ? `${styles.beside} ${beside === "half" ? styles.half : ""}` : undefined}
          aria-busy={query.isPlaceholderData}
        >
          {children && !asTable ? <div className={styles.drawn}>{children(table)}</div> : null}
          <div className={children && !beside && !asTable ? "km-hidden" : undefined}>
            <FiguresTable
              label={title}
              table={table}
              sortable={sortable ?? false}
              {...(onSort ? { onSort } : {})}
            />
          </div>
        </div>
      ) : null}
    </Card>
  );
}

type SaveMenuProps = { part: PartKey; also: Also; may: boolean; drawing: (colours: ChartColours) => Drawing };

function SaveMenu({ part, also, may, drawing }: SaveMenuProps) {
  const t = useT("analysis");
  const me = useMe();
  const message = useMessage();
  const { asked, about } = useAsked();
  const [asking, setAsking] = useState(false);
  const title = t(`${part}.title`);

  async function picture() {
    try {
      const colours = readColours();
      const foot = t("foot", { name: me.name, at: localTime().format("YYYY-MM-DD HH:mm") });
      const { what, ...drawn } = drawing(colours);
      const named = what ? `${title} · ${what}` : title;
      await savePicture(`${named}.png`, { title: named, about, foot, colours, ...drawn });
    } catch {
      message.error(t("noPicture"));
    }
  }
  async function file(purpose = "") {
    setAsking(false);
    try {
      const key = await exportPart(part, { ...asked, ...also }, purpose);
      const link = document.createElement("a");
      link.href = api.fileUrl(key);
      link.download = "";
      link.click();
    } catch (error) {
      // Where the company wants to know what for, the question comes after the click.
      if (error instanceof ApiError && error.errors.some((one) => one.field === "purpose")) setAsking(true);
      else message.error(error);
    }
  }

  const items = [
    {
      key: "picture",
      label: t("asPicture"),
      icon: <Image size={15} aria-hidden />,
      run: () => void picture(),
    },
    ...(may
      ? [{ key: "excel", label: t("asExcel"), icon: <Sheet size={15} aria-hidden />, run: () => void file() }]
      : []),
  ];
  return (
    <>
      <PopoverMenu
        label={t("save", { title })}
        trigger={<Download size={15} aria-hidden />}
        className={styles.icon}
        items={items}
      />
      {asking ? (
        <Suspense fallback={null}>
          <ExportPurpose onClose={() => setAsking(false)} onExport={(purpose) => void file(purpose)} />
        </Suspense>
      ) : null}
    </>
  );
}
