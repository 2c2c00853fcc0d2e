/** Calls an action until it succeeds, `times` times at most; what the last failure threw is thrown. */
export async function retry(action, times) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action(attempt)
    } catch (error) {
      if (attempt >= times) throw error
    }
  }
}
