import { ErrorState } from "@/kit/states";

export function PageError({ error, reset }: { error: unknown; reset?: () => void }) {
  return <ErrorState error={error} {...(reset ? { onRetry: reset } : {})} />;
}
