package embedded

// heap keeps the item that comes before all others on top, items[0].
type heap[T any] struct {
	items  []T
	before func(a, b T) bool
}

func (h *heap[T]) push(item T) {
	h.items = append(h.items, item)
	for i := len(h.items) - 1; i > 0; {
		parent := (i - 1) / 2
		if !h.before(h.items[i], h.items[parent]) {
			return
		}
		h.items[i], h.items[parent] = h.items[parent], h.items[i]
		i = parent
	}
}

// pop takes the top of a heap that is not empty.
func (h *heap[T]) pop() T {
	top, last := h.items[0], len(h.items)-1
	h.items[0] = h.items[last]
	h.items = h.items[:last]
	h.sink()
	return top
}

// replaceTop puts another item in for the top.
func (h *heap[T]) replaceTop(item T) {
	h.items[0] = item
	h.sink()
}

func (h *heap[T]) sink() {
	for i := 0; ; {
		first := i
		for kid := 2*i + 1; kid <= 2*i+2 && kid < len(h.items); kid++ {
			if h.before(h.items[kid], h.items[first]) {
				first = kid
			}
		}
		if first == i {
			return
		}
		h.items[i], h.items[first] = h.items[first], h.items[i]
		i = first
	}
}
