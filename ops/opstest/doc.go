// Package opstest holds what an operator touches to the code: it has tests only. The checks that need a
// library which the product does not have (the compose schema, PromQL, Kubernetes' types) are a module of
// their own, ops/check; it reads the catalogue of metrics that is written here.
package opstest
