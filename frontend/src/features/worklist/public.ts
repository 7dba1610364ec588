export type { Worklist } from "./queries";
export { WhoseSelect } from "./whose-select";
export { WorklistCard } from "./worklist-card";
