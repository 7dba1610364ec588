/** How each type of value is shown in a grid, a card and a fact list. No antd here: cells are in the first chunk. */
import { Link } from "@tanstack/react-router";
import { Check, Lock, Paperclip, Star } from "lucide-react";
import { api } from "@/api/client";
import { Avatar } from "@/kit/avatar";
import { DateTime, daysFromToday } from "@/kit/date-time";
import { isBlank, isFile, isReference } from "../model/meta";
import styles from "./cells.module.css";
import {
  addressText,
  choiceOf,
  locationText,
  magnitude,
  moneyText,
  numberText,
  percentText,
  referenceText,
  sizeText,
  worthText,
} from "./format";
import { ChoiceTag, PlainTag, TagRow } from "./tag";
import type { CellProps } from "./types";
import { useFormat } from "./use-format";

export function Blank() {
  return (
    <span className={styles.blank} aria-hidden="true">
      –
    </span>
  );
}

export function TextCell({ value }: CellProps) {
  if (isBlank(value)) return <Blank />;
  return <span title={String(value)}>{String(value)}</span>;
}

export function MoneyCell({ field, value, record }: CellProps) {
  const { locale, t } = useFormat();
  if (isBlank(value)) return <Blank />;
  const worth = worthText(field, record);
  const title = worth ? t("value.worth", { amount: worth }) : magnitude(value, locale);
  return (
    <span className={styles.number} title={title || undefined}>
      {moneyText(value, field, record)}
    </span>
  );
}

export function NumberCell({ value }: CellProps) {
  return isBlank(value) ? <Blank /> : <span className={styles.number}>{numberText(value)}</span>;
}

export function PercentCell({ value }: CellProps) {
  return isBlank(value) ? <Blank /> : <span className={styles.number}>{percentText(value)}</span>;
}

export function DateCell({ value }: CellProps) {
  return isBlank(value) ? <Blank /> : <DateTime value={String(value)} kind="day" />;
}

/** A date of something still to be done: past ones are marked in words for a reader that hears, colour for one that sees. */
export function DueDate({ value, lateLabel }: { value: string; lateLabel: string }) {
  const isMoment = value.includes("T");
  const late = isMoment ? new Date(value) < new Date() : daysFromToday(value) < 0;
  return (
    <span className={late ? `${styles.number} ${styles.late}` : styles.number}>
      <DateTime value={value} kind={isMoment ? "smart" : "day"} />
      {late ? ` ${lateLabel}` : ""}
    </span>
  );
}

export function InstantCell({ value }: CellProps) {
  return isBlank(value) ? <Blank /> : <DateTime value={String(value)} kind="smart" />;
}

export function BoolCell({ field, value }: CellProps) {
  const { t } = useFormat();
  if (value !== true)
    return value === false ? <span className={styles.muted}>{t("value.no")}</span> : <Blank />;
  return (
    <span className={styles.yes}>
      <Check size={16} role="img" aria-label={`${field.label} ${t("value.yes")}`} />
    </span>
  );
}

export function ChoiceCell({ field, value }: CellProps) {
  if (isBlank(value)) return <Blank />;
  const choice = choiceOf(field, value);
  return choice ? <ChoiceTag choice={choice} /> : <PlainTag text={String(value)} />;
}

export function ManyCell({ field, value }: CellProps) {
  if (!Array.isArray(value) || value.length === 0) return <Blank />;
  return (
    <TagRow>
      {value.map((item) => {
        const choice = choiceOf(field, item);
        return choice ? (
          <ChoiceTag key={choice.value} choice={choice} />
        ) : (
          <PlainTag key={String(item)} text={String(item)} />
        );
      })}
    </TagRow>
  );
}

export function FileCell({ value }: CellProps) {
  if (!isFile(value)) return <Blank />;
  return (
    <a className={`${styles.link} ${styles.person}`} href={api.fileUrl(value.id)} download title={value.name}>
      <Paperclip size={13} aria-hidden />
      <span className={styles.clip}>{value.name}</span>
      <span className={`${styles.muted} ${styles.number}`}>{sizeText(value.size)}</span>
    </a>
  );
}

export function LocationCell({ value }: CellProps) {
  const text = locationText(value);
  return text ? <span title={text}>{text}</span> : <Blank />;
}

export function RatingCell({ field, value }: CellProps) {
  if (isBlank(value)) return <Blank />;
  const most = Number(field.max ?? 5);
  return (
    <span className={styles.stars} role="img" aria-label={`${value} / ${most}`} title={`${value} / ${most}`}>
      {Array.from({ length: most }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: stars have no other identity
        <Star key={index} size={14} aria-hidden data-on={index < Number(value)} />
      ))}
    </span>
  );
}

export function PersonCell({ value }: CellProps) {
  const context = useFormat();
  if (!isReference(value)) return <Blank />;
  const name = referenceText(value, context);
  return (
    <span className={styles.person}>
      <Avatar name={name} size={20} />
      <span className={styles.clip}>{name}</span>
    </span>
  );
}

export function PlaceCell({ value }: CellProps) {
  const context = useFormat();
  const text = referenceText(value, context) || addressText(value);
  return text ? <span title={text}>{text}</span> : <Blank />;
}

export function ReferenceCell({ field, value }: CellProps) {
  const context = useFormat();
  if (!isReference(value)) return <Blank />;
  const text = referenceText(value, context);
  if (!field.target || value.label === null) return <span className={styles.muted}>{text}</span>;
  return (
    <Link className={styles.link} to={`/${field.target}/${value.id}` as string} title={text}>
      {text}
    </Link>
  );
}

/** A reference that may be to one of several kinds: the value itself says which. */
export function RelatedCell({ field, value }: CellProps) {
  const target =
    isReference(value) && "object" in value && typeof value.object === "string" ? value.object : null;
  return <ReferenceCell field={{ ...field, target }} value={value} />;
}

export function PhoneCell({ field, value }: CellProps) {
  const { t } = useFormat();
  if (isBlank(value)) return <Blank />;
  const text = String(value);
  if (field.masked || text.includes("*")) {
    return (
      <span className={styles.masked} title={t("value.masked")}>
        {text}
        <Lock size={12} role="img" aria-label={t("value.masked")} />
      </span>
    );
  }
  return (
    <a className={`${styles.link} ${styles.number}`} href={`tel:${text.replace(/[^\d+]/g, "")}`}>
      {text}
    </a>
  );
}

export function EmailCell({ value }: CellProps) {
  if (isBlank(value)) return <Blank />;
  return (
    <a className={styles.link} href={`mailto:${String(value)}`}>
      {String(value)}
    </a>
  );
}

/** Only web addresses become links: a stored `javascript:` must stay text. */
export function UrlCell({ value }: CellProps) {
  if (isBlank(value)) return <Blank />;
  const text = String(value);
  if (!/^https?:\/\//i.test(text)) return <span>{text}</span>;
  return (
    <a className={styles.link} href={text} target="_blank" rel="noopener noreferrer">
      {text.replace(/^https?:\/\//i, "")}
    </a>
  );
}
