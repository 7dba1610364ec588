import { useQuery } from "@tanstack/react-query";
import { useT } from "@/i18n/index";
import { SkeletonCard } from "@/kit/skeleton";
import { StatTile } from "@/kit/stat-tile";
import { ErrorState } from "@/kit/states";
import styles from "./analysis.module.css";
import { useAsked } from "./asked";
import { FigureValue } from "./figure";
import { cellOf, partQuery } from "./queries";

/** The figures of the period at a glance, each with the year before. */
export function Totals() {
  const t = useT("analysis");
  const { asked } = useAsked();
  const query = useQuery(partQuery("totals", asked));
  if (query.isPending) return <SkeletonCard lines={2} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <section className={styles.totals} aria-label={t("totals.title")} aria-busy={query.isPlaceholderData}>
      {query.data.rows.map((row) => {
        const kind = row.kind ?? "integer";
        return (
          <StatTile
            key={row.key}
            label={row.label}
            value={<FigureValue value={cellOf(row, "value")} kind={kind} short />}
            path={row.figures.value?.path ?? null}
            note={
              <>
                {t("yearBefore")} <FigureValue value={cellOf(row, "previous")} kind={kind} short />
              </>
            }
          />
        );
      })}
    </section>
  );
}
