import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** Asks before a run is cancelled. Escape keeps it running. */
export function CancelDialog({ open, title, close }: { open: boolean; title: string; close: (confirmed: boolean) => void }): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="cancel-title" onCancel={() => close(false)}>
      <h2 id="cancel-title">Cancel this run?</h2>
      <p>{title}: nothing more is asked for; what is under way ends by itself. A cancelled run cannot be retried.</p>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={() => close(false)}>
          Keep it running
        </button>
        <button type="button" class="button button-bad" onClick={() => close(true)}>
          Cancel the run
        </button>
      </div>
    </dialog>
  );
}
