package schemas

// MaxBuckets is how many buckets member state may be spread over: their numbers have four digits.
const MaxBuckets = 10_000

// Bucket is where a member's state lives, 0 to buckets-1; buckets is 1 to MaxBuckets. A member stays
// where it is for as long as their number does. Where that number divides 512, or is a multiple of it,
// the gene of an order id tells its bucket, or a few that it can only be one of.
func Bucket(member []byte, buckets int) int { return int(memberHash(member) % uint64(buckets)) }
