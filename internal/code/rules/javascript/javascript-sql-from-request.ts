import { Body, Controller, Get, Param, ParseIntPipe, Post, Query } from "@nestjs/common";
import { DataSource, Repository } from "typeorm";

@Controller("people")
export class PeopleController {
  constructor(private readonly dataSource: DataSource, private readonly people: Repository<Person>) {}

  @Get()
  async find(@Query("name") name: string) {
    // ruleid: javascript-sql-from-request
    return this.dataSource.query(`select * from people where name = '${name}'`);
  }

  @Get("safe")
  async findSafe(@Query("name") name: string) {
    // ok: javascript-sql-from-request
    return this.dataSource.query("select * from people where name = $1", [name]);
  }

  @Get(":id")
  async one(@Param("id", ParseIntPipe) id: number) {
    // ok: javascript-sql-from-request
    return this.dataSource.query(`select * from people where id = ${id}`);
  }

  @Post("search")
  async search(@Body() body: SearchDto): Promise<Person[]> {
    return this.people
      .createQueryBuilder("p")
      // ruleid: javascript-sql-from-request
      .where(`p.name like '%${body.term}%'`)
      .getMany();
  }

  @Post("search-safe")
  async searchSafe(@Body() body: SearchDto): Promise<Person[]> {
    return this.people
      .createQueryBuilder("p")
      // ok: javascript-sql-from-request
      .where("p.name like :term", { term: `%${body.term}%` })
      .getMany();
  }
}
