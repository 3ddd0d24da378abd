/** Whose the files of a workspace are. Steps of several users share it, in whichever containers of the attempt. */
export interface WorkspaceOwner {
  /**
   * Gives the workspace to `user` with `chown`, unless the step before was of the same user. Root needs no gift.
   *
   * @param user tells users of different images apart.
   */
  give(user: string | undefined, chown: () => Promise<void>): Promise<void>
}

/** At first it belongs to the runner. */
export function workspaceOwner(): WorkspaceOwner {
  let owner: string | undefined
  let given = Promise.resolve()
  return {
    async give(user, chown) {
      if (user === undefined || user === owner) {
        owner = user
        return given
      }
      owner = user
      given = chown()
      given.catch(() => {
        owner = undefined
      })
      return given
    },
  }
}

/** Also root with some group. */
export function isRoot(user: string): boolean {
  return /^(?:root|0)?(?::.*)?$/.test(user)
}
