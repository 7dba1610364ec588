import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import dayjs from "dayjs";
import { lazy, Suspense } from "react";
import { useT } from "@/i18n/index";
import { PageHeader } from "@/kit/page-header";
import { SkeletonCard } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import styles from "./analysis.module.css";
import { AskedContext } from "./asked";
import { ChoiceSelect } from "./choice-select";
import { PeriodChoice } from "./period-choice";
import { type Asked, askedOf, type Choices, choicesQuery } from "./queries";
import { Totals } from "./totals";

const Cards = lazy(() => import("./cards").then((module) => ({ default: module.Cards })));

/** Figures of a period, for whoever looks: his own, his department's, everybody's. */
export function AnalysisPage() {
  const t = useT("analysis");
  const navigate = useNavigate();
  const search: Record<string, unknown> = useSearch({ strict: false });
  const asked = askedOf(search);
  const choices = useQuery(choicesQuery(asked));
  const found = choices.data;

  function choose(change: Asked) {
    void navigate({ to: "/analysis", search: { ...search, ...change } as never, replace: true });
  }

  return (
    <div className={styles.page}>
      <PageHeader title={t("title")} sub={found?.own ? t("subOwn") : t("sub")}>
        {found ? (
          <div className={styles.filters}>
            <PeriodChoice
              value={asked.period ?? ""}
              first={found.first}
              after={found.after}
              onChoose={(period) => choose({ period })}
            />
            {found.own ? null : (
              <>
                <ChoiceSelect
                  label={t("department")}
                  none={t("allDepartments")}
                  options={found.departments}
                  value={found.department}
                  onChoose={(department) => choose({ department, person: undefined })}
                />
                <ChoiceSelect
                  label={t("person")}
                  none={t("allPeople")}
                  options={found.people}
                  value={found.person}
                  onChoose={(person) => choose({ person })}
                />
              </>
            )}
          </div>
        ) : null}
      </PageHeader>
      {choices.isPending ? <SkeletonCard lines={8} /> : null}
      {choices.isError ? <ErrorState error={choices.error} onRetry={() => void choices.refetch()} /> : null}
      {found ? (
        <AskedContext.Provider value={{ asked, about: aboutOf(found), exports: found.exports }}>
          <div className={styles.body}>
            <Totals />
            <Suspense fallback={<SkeletonCard lines={8} />}>
              <Cards choices={found} onPipeline={(pipeline) => choose({ pipeline })} />
            </Suspense>
          </div>
        </AskedContext.Provider>
      ) : null}
    </div>
  );
}

/** What is chosen, in words. */
function aboutOf(found: Choices): string {
  const last = dayjs(found.after).subtract(1, "day").format("YYYY-MM-DD");
  const named = (options: { id: string; label: string }[], key: string | null) =>
    options.find((option) => option.id === key)?.label;
  const parts = [named(found.departments, found.department), named(found.people, found.person)];
  return [`${found.first} – ${last}`, ...parts.filter(Boolean)].join(" · ");
}
