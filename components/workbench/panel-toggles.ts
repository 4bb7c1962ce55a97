/** Shows or hides the panel on a side. */
export interface PanelToggles {
  left(): void;
  bottom(): void;
  right(): void;
}
