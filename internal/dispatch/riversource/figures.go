package riversource

import (
	"context"
	"fmt"
)

const countDue = `SELECT queue, count(*) FROM river_job WHERE state = 'available' AND kind = $1 GROUP BY queue`

// Due tells how many lanes of each queue that is served here wait to be claimed, by whichever replica.
func (s *Source) Due(ctx context.Context) (map[string]int, error) {
	rows, err := s.config.Pool.Query(ctx, countDue, ticket{}.Kind())
	if err != nil {
		return nil, fmt.Errorf("counting lanes that wait: %w", err)
	}
	defer rows.Close()
	waiting := map[string]int{}
	for rows.Next() {
		var queue string
		var n int
		if err := rows.Scan(&queue, &n); err != nil {
			return nil, fmt.Errorf("counting lanes that wait: %w", err)
		}
		waiting[queue] = n
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("counting lanes that wait: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	due := map[string]int{}
	for name := range s.queues {
		due[name] = waiting[riverQueue(name)]
	}
	return due, nil
}
