package job

import "context"

// Round makes a step of each job.
func (s *Service) Round(ctx context.Context) { s.round(ctx) }
