export { WhoseSelect } from "./whose-select";
export { WorklistCard } from "./worklist-card";
