package postgres

import (
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
)

// mostTexts bounds what is remembered of texts. When there are more all are forgotten: the texts that are kept
// are some hundreds, and those of lists as many as there are combinations of filters in use.
const mostTexts = 4000

// texts are what is remembered of the texts of the tables, over all connections.
type texts struct {
	mu        sync.RWMutex
	natives   map[string]string
	described map[string]*pgconn.StatementDescription
}

// native returns a text as PostgreSQL reads it.
func (t *texts) native(query string) string {
	t.mu.RLock()
	text, ok := t.natives[query]
	t.mu.RUnlock()
	if !ok {
		text = Native(query)
		t.mu.Lock()
		defer t.mu.Unlock()
		put(&t.natives, query, text)
	}
	return text
}

// description returns the types of a statement that is not kept under a name; nil if they are not known.
func (t *texts) description(query string) *pgconn.StatementDescription {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.described[query]
}

func (t *texts) describe(query string, about *pgconn.StatementDescription) {
	t.mu.Lock()
	defer t.mu.Unlock()
	put(&t.described, query, about)
}

// forget is for types that the tables had.
func (t *texts) forget(query string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.described, query)
}

func put[V any](into *map[string]V, query string, v V) {
	if *into == nil || len(*into) >= mostTexts {
		*into = map[string]V{}
	}
	(*into)[query] = v
}
