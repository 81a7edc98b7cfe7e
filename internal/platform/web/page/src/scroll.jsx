// RemoveScroll stands in for react-remove-scroll: the page never scrolls as a whole, so there is nothing to lock.
import { Slot } from '@radix-ui/react-slot';

export function RemoveScroll({ as: As, allowPinchZoom, enabled, shards, removeScrollBar, gapMode, inert, noIsolation, ...rest }) {
  const Element = As ?? Slot;
  return <Element {...rest} />;
}
