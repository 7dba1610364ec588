import { Button } from "antd";
import { useEffect, useRef } from "react";
import { useMessage } from "@/kit/use-message";
import { useFormat } from "../fields/use-format";
import styles from "./list.module.css";
import type { ObjectList } from "./use-object-list";

/** The end of what is loaded: fetches the next page when it comes into sight, and says so when there is none. */
export function ListTail({ list, rows }: Pick<ObjectList, "list" | "rows">) {
  const { t } = useFormat();
  const message = useMessage();
  const end = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage, error } = list;
  useEffect(() => {
    const mark = end.current;
    // After a failure the next try is the person's, or the list would hammer a server in trouble.
    if (!mark || !hasNextPage || isFetchingNextPage || isFetchNextPageError) return;
    const watcher = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && void fetchNextPage(),
      {
        rootMargin: "400px",
      },
    );
    watcher.observe(mark);
    return () => watcher.disconnect();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
  useEffect(() => {
    if (isFetchNextPageError) message.error(error);
  }, [isFetchNextPageError, error, message]);
  return (
    <div ref={end} className={styles.tail}>
      {hasNextPage ? (
        <Button size="small" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("list.more")}
        </Button>
      ) : rows.length > 12 ? (
        t("list.end")
      ) : null}
    </div>
  );
}
