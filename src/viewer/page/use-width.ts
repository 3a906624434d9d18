import { type RefObject, createRef } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

/** The width of an element, in whole pixels, whenever it changes; 0 until it is known. */
export function useWidth<E extends HTMLElement>(): [RefObject<E | null>, number] {
  const [element] = useState(() => createRef<E>());
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    if (element.current) observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}
