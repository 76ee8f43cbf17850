package api

import "time"

// Watch is told of each request when it was answered. route is the pattern of the table, "" for what none
// answers; status is 0 for an answer that was cut off before it began.
type Watch interface {
	Answered(route string, status int, took time.Duration)
}

// Patterns are all routes that the service answers, as a Watch is told them.
func Patterns() []string {
	s := new(Server)
	var all []string
	for _, r := range append(s.storeless(), s.routes()...) {
		all = append(all, r.method+" "+r.path)
	}
	return all
}

// watch tells of a request that began at a time. It must be deferred before what ends a panic, so that it
// sees what that answered.
func (s *Server) watch(w *answering, began time.Time) {
	s.Watch.Answered(w.route, w.status, s.Now().Sub(began))
}
