import { Inbox } from "lucide-react";
import { WorklistCard } from "@/features/worklist/public";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { CounterTile } from "@/kit/counter-tile";
import { EmptyState } from "@/kit/states";
import { Bars } from "./bars";
import styles from "./home-page.module.css";
import type { FiguresCard, HomeCard } from "./queries";
import { RowList } from "./row-list";
import { TasksToday } from "./tasks-today";

/** A card as its shape is drawn; one that could not be read says so in its place. */
export function CardBody({ card }: { card: HomeCard }) {
  const t = useT("home");
  if (card.data === null)
    return (
      <Card title={card.label} flush>
        <EmptyState compact title={card.problem ?? t("failed")} />
      </Card>
    );
  switch (card.shape) {
    case "worklist":
      return <WorklistCard list={card.data} />;
    case "tasks":
      return <TasksToday card={card} />;
    case "rows":
      return <RowList card={card} />;
    case "bars":
      return <Bars card={card} />;
    case "figures":
      return <Figures card={card} />;
    default:
      return <EmptyState icon={Inbox} title={t("unknownShape")} />;
  }
}

function Figures({ card }: { card: FiguresCard }) {
  const t = useT("home");
  return (
    <Card title={card.label} extra={card.path ? <AppLink path={card.path}>{t("open")}</AppLink> : null}>
      <div className={styles.figures}>
        {card.data?.figures.map((figure) => (
          <CounterTile key={figure.key} counter={figure} plain />
        ))}
      </div>
    </Card>
  );
}
