import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { formatMoney } from "@/kit/money";
import type { Figure } from "./queries";
import styles from "./reports.module.css";

/** Numbers of one person and period; each opens the records it counts. Amounts stay text: they never pass through a float. */
export function Figures({ figures, quiet }: { figures: Figure[]; quiet?: boolean }) {
  const t = useT("reports");
  const shown = quiet ? figures.filter((figure) => !/^0(\.00)?$/.test(figure.value)) : figures;
  if (shown.length === 0) return <p className={styles.none}>{t("noFigures")}</p>;
  return (
    <ul className={styles.figures} data-quiet={quiet === true}>
      {shown.map((figure) => (
        <li key={figure.code}>
          <AppLink path={figure.path}>
            <strong className="km-num">
              {figure.unit ? formatMoney(figure.value, figure.unit).replace(/\.00$/, "") : figure.value}
            </strong>
            <span>{figure.label}</span>
          </AppLink>
        </li>
      ))}
    </ul>
  );
}
