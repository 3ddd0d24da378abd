export {
  type MadeRepository as TestRepository,
  makeRepository as openTestRepository,
} from '../../libs/git/test/make-repository.ts'
