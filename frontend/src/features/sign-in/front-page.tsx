import type { ReactNode } from "react";
import { changeLocale, LOCALES, useLocale, useT } from "@/i18n/index";
import { BrandMark } from "@/kit/brand-mark";
import styles from "./sign-in.module.css";

/** The frame of the pages before one is inside. */
export function FrontPage({ title, lead, children }: { title: string; lead: string; children: ReactNode }) {
  const t = useT("sign-in");
  const locale = useLocale();
  return (
    <div className={styles.page}>
      <div className={styles.side} aria-hidden="true">
        <div className={styles.slogan}>{t("slogan")}</div>
        <svg
          aria-hidden="true"
          className={styles.pulse}
          viewBox="0 0 600 200"
          fill="none"
          preserveAspectRatio="none"
        >
          <path
            d="M0 110h120l30-58 44 118 40-96 24 36h74l26-42 38 76 30-34h174"
            vectorEffect="non-scaling-stroke"
          />
        </svg>
      </div>
      <main className={styles.main}>
        <div className={styles.box}>
          <div className={styles.brand}>
            <BrandMark size={36} />
            <span>{t("brand")}</span>
          </div>
          <h1 className={styles.title}>{title}</h1>
          <p className={styles.lead}>{lead}</p>
          {children}
        </div>
        <div className={styles.languages}>
          {LOCALES.map(({ code, label }) => (
            <button
              key={code}
              type="button"
              lang={code}
              aria-pressed={code === locale}
              onClick={() => void changeLocale(code)}
            >
              {label}
            </button>
          ))}
        </div>
      </main>
    </div>
  );
}
