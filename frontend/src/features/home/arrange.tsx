import { Button } from "antd";
import { Plus } from "lucide-react";
import { useT } from "@/i18n/index";
import { SkeletonCard } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { useHotkey } from "@/kit/use-hotkey";
import { useIsPhone } from "@/kit/use-is-phone";
import { ArrangeCards } from "./arrange-cards";
import { ArrangeCounters } from "./arrange-counters";
import styles from "./arranging.module.css";
import { isChanged, type Known, useArrangement } from "./use-arrangement";

type ArrangeProps = {
  /** `/home/arrangement` or `/home/roles/{id}`. */
  path: string;
  /** Leaves without keeping; none where there is nowhere to leave to. */
  onLeave?: () => void;
  onKept?: () => void;
};

/** Counters and cards put in order, added and taken away: for oneself, or for the people of a role. */
export function Arrange({ path, onLeave, onKept }: ArrangeProps) {
  const t = useT("home");
  const { read, kept, draft, setDraft, saving, keep } = useArrangement(path, () => onKept?.());
  const changed = draft !== null && kept !== undefined && isChanged(draft, kept);
  useHotkey("mod+enter", () => (draft && changed ? void keep(draft) : undefined), { enabled: changed });
  if (read.isError) return <ErrorState error={read.error} onRetry={() => void read.refetch()} />;
  if (!kept || !draft) return <SkeletonCard lines={7} />;
  const unused = (known: Known[], used: string[]) => known.filter((one) => !used.includes(one.code));
  const cards = draft.cards.map((card) => card.code);
  return (
    <div className={styles.page}>
      <div className={styles.bar}>
        <p>{t("arranging.how")}</p>
        <Button disabled={kept.source === "ready" || saving} onClick={() => void keep(null)}>
          {t("arranging.reset")}
        </Button>
        {onLeave ? <Button onClick={onLeave}>{t("arranging.leave")}</Button> : null}
        <Button type="primary" disabled={!changed} loading={saving} onClick={() => void keep(draft)}>
          {t("arranging.keep")}
        </Button>
      </div>
      <section aria-labelledby="arrange-counters">
        <h2 id="arrange-counters">{t("counters")}</h2>
        {draft.counters.length === 0 ? <EmptyState compact title={t("arranging.noCounters")} /> : null}
        <ArrangeCounters
          chosen={draft.counters}
          known={kept.known_counters}
          onChange={(counters) => setDraft({ ...draft, counters })}
        />
        <Unused
          known={unused(kept.known_counters, draft.counters)}
          onAdd={(code) => setDraft({ ...draft, counters: [...draft.counters, code] })}
        />
      </section>
      <section aria-labelledby="arrange-cards">
        <h2 id="arrange-cards">{t("arranging.cards")}</h2>
        {draft.cards.length === 0 ? <EmptyState compact title={t("arranging.noCards")} /> : null}
        <ArrangeCards
          chosen={draft.cards}
          known={kept.known_cards}
          onChange={(chosen) => setDraft({ ...draft, cards: chosen })}
        />
        <Unused
          known={unused(kept.known_cards, cards)}
          onAdd={(code) => setDraft({ ...draft, cards: [...draft.cards, { code, place: "left" }] })}
        />
      </section>
    </div>
  );
}

function Unused({ known, onAdd }: { known: Known[]; onAdd: (code: string) => void }) {
  const t = useT("home");
  const phone = useIsPhone();
  if (known.length === 0) return null;
  return (
    <details className={styles.unused} open={!phone}>
      <summary>{t("arranging.unused", { count: known.length })}</summary>
      <ul>
        {known.map((one) => (
          <li key={one.code}>
            <button
              type="button"
              aria-label={t("arranging.add", { label: one.label })}
              onClick={() => onAdd(one.code)}
            >
              <Plus size={15} aria-hidden />
              <span>
                <strong>{one.label}</strong>
                <small>{one.about}</small>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
